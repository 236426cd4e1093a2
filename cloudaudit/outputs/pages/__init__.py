"""What commands other than scan print: the rule book, the criteria, why a finding is what it is."""
