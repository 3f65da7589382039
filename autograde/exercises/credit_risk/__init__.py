"""The exercise ``credit-risk``: a lender's table, rare defaults, and an honest comparison."""
