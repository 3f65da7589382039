"""What each chapter claims and shows."""
