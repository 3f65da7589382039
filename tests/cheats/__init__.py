"""Submissions that try to get points, or to do harm, without a right answer; all are graded."""
