"""What the use cases ask of the outside world, as protocols."""
