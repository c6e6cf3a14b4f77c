require "totals"

puts "total: #{Totals.of([1, 2, 3])}"
