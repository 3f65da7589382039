"""A probe on one side of a socket, the answer that it examines on the other.

`examiner` is trusted and runs the probe; `witness` stands beside the learner's code and does what
it is asked: call, read, write. The two share `wire` (messages), `trees` (values as JSON) and
`memory` (the objects that exist on both sides). Nothing that decides crosses the line.
"""
