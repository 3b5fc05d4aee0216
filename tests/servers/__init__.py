"""The real servers and programs that tests run against."""
