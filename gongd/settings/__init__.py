"""The YAML file of one box: read, checked as a whole, and turned into frozen values."""
