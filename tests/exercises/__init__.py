"""What is specific to each exercise."""
