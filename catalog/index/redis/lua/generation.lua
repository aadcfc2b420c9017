-- KEYS generation
-- ARGV fresh-generation
generation(KEYS[1], ARGV[1])
return {1}
