"""``python -m course.cnn``: train the network, test it, and keep it."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from course.cnn.networks import model
from course.cnn.training import Recipe, evaluate, train
from course.data import Data, digits, mnist

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Train from the command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    name = "mnist" if options.full else "quick" if options.quick else "digits"
    checkpoint = options.checkpoint or options.data / f"cnn-{name}-{options.seed}.pt"
    try:
        fit, test = _data(name, options)
        recipe = Recipe(epochs=options.epochs or (2 if options.quick else 8))
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        net = model(seed=options.seed)
        run = train(net, fit, recipe, seed=options.seed, checkpoint=checkpoint)
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        parser.exit(1, f"{parser.prog}: error: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, f"\nStopped. The same command goes on from {checkpoint}.\n")
    print(f"trained on {len(fit.y):,} digits for {recipe.epochs} epochs in {run.seconds:.0f} CPU s")
    print(f"test accuracy {evaluate(net, test):.2f} % of {len(test.y):,} digits")
    print(f"the network is in {checkpoint} (delete it to train anew)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course.cnn",
        description="Train the CNN of the course on handwritten digits, and test it. A run that "
        "was interrupted goes on where it was when the same command is given again.",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--full", action="store_true", help="on all 60,000 digits of MNIST, fetched once (minutes)"
    )
    size.add_argument(
        "--quick", action="store_true", help="on 500 digits for 2 epochs, to try things out"
    )
    folder = Path.home() / ".cache" / "training-techniques"
    parser.add_argument("--epochs", type=_count, metavar="N", help="default: 8")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument("--threads", type=_count, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--data", type=Path, default=folder, metavar="FOLDER", help=f"of MNIST; default: {folder}"
    )
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="default: cnn-*-SEED.pt in that folder"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text}")
    return int(text)


def _data(name: str, options: argparse.Namespace) -> tuple[Data, Data]:
    """Return what to train on and what to test on."""
    if name == "mnist":
        split = mnist(full=True, validation=0, flatten=False, root=options.data)
    else:
        split = digits(train=500 if name == "quick" else 4000, flatten=False)
    return split.train, split.test


if __name__ == "__main__":
    main()
