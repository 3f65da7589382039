"""The style of the figures comes and goes without a trace, but for what is not its business."""

import matplotlib as mpl
import pytest

from course import plots


def test_interactive_mode_that_a_backend_switches_on_survives_the_style():
    # As a notebook's backend does when the first figure loads it.
    with mpl.rc_context():
        with plots.style():
            mpl.interactive(True)
        assert mpl.is_interactive()


def test_interactive_mode_survives_an_error():
    with mpl.rc_context():
        with pytest.raises(KeyError), plots.style():
            mpl.interactive(True)
            raise KeyError
        assert mpl.is_interactive()
