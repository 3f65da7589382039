"""What a person who grades can put right."""


class CourseError(Exception):
    """Something about the course or its folders, said so that it tells what to do."""
