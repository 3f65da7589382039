"""Running what a learner wrote where it can do no harm: Linux namespaces around forked kernels.

`launch.Sandbox` starts a `zygote` inside bubblewrap, once for an assignment: a process that has
everything imported. Each submission gets a fork of it, confined again (`confine`), with a `kernel`
of its own; the two ends of a socket are all that connects it with the grader.
"""
