Gem::Specification.new do |spec|
  spec.name = "totals"
  spec.version = "1.0.0"
  spec.summary = "Adds up"
  spec.authors = ["Example"]
  spec.files = ["lib/totals.rb"]
end
