module Totals
  def self.of(numbers)
    numbers.sum
  end
end
