"""What is specific to the exercise on schedules."""

import importlib.util
import json
from types import SimpleNamespace

import numpy as np
import pytest

import course.schedules
from autograde.check import collect, generator, to_json
from autograde.entry import judge, load
from autograde.exercises.scheduling.references import TORCH, reference


def test_the_references_are_those_of_torch_here():
    assert {name: reference(name) for name in TORCH} == TORCH


def test_step_decay_is_the_one_computed_by_hand():
    step_lr = reference("step_lr")
    found = [step_lr(epoch, base_lr=0.8, step_size=3, gamma=0.5) for epoch in range(7)]
    assert found == pytest.approx([0.8] * 3 + [0.4] * 3 + [0.2])


def test_the_cosine_is_the_one_computed_by_hand():
    cosine_lr = reference("cosine_lr")
    found = [cosine_lr(epoch, base_lr=1.0, T_max=4, eta_min=0.2) for epoch in (0, 2, 4)]
    assert found == pytest.approx([1.0, 0.6, 0.2])


def test_warmup_and_cosine_are_those_computed_by_hand():
    warmup_cosine_lr = reference("warmup_cosine_lr")
    options = {"base_lr": 1.0, "warmup_steps": 4, "total_steps": 8}
    found = [warmup_cosine_lr(step, **options) for step in range(9)]
    assert np.round(found, 2) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 0.85, 0.5, 0.15, 0])


def test_the_plateau_is_the_one_computed_by_hand():
    optimizer = SimpleNamespace(lr=1.0)
    plateau = reference("ReduceLROnPlateau")(optimizer, patience=1, factor=0.5, threshold=0.0)
    rates = []
    for loss in [5.0, 4.0, 4.0, 6.0, 3.0]:
        plateau.step(loss)
        rates.append(optimizer.lr)
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.5]


@pytest.mark.parametrize("threshold", [0.0, 1.0, 1.5])
def test_the_first_number_is_better_than_nothing_at_any_threshold(threshold):
    optimizer = SimpleNamespace(lr=1.0)
    plateau = reference("ReduceLROnPlateau")(optimizer, patience=1, threshold=threshold)
    rates = []
    for loss in [np.nan, 5.0, 6.0, 6.0]:
        plateau.step(loss)
        rates.append(optimizer.lr)
    assert rates == [1.0, 1.0, 1.0, 0.1]


def test_no_reduction_is_too_small_to_be_made():
    optimizer = SimpleNamespace(lr=1e-9)
    plateau = reference("ReduceLROnPlateau")(optimizer, patience=0, factor=0.5)
    for loss in [1.0, 2.0, 2.0]:
        plateau.step(loss)
    assert optimizer.lr == 0.25e-9


@pytest.mark.parametrize("warmup_steps", [0, 1, 2, 5])
def test_the_warmup_of_torch_is_that_of_the_course(warmup_steps):
    options = {"base_lr": 0.3, "warmup_steps": warmup_steps, "total_steps": 9, "eta_min": 0.01}
    for step in range(10):
        expected = course.schedules.warmup_cosine_lr(step, **options)
        assert reference("warmup_cosine_lr")(step, **options) == pytest.approx(expected)


@pytest.mark.parametrize("cell", load("scheduling").answers, ids=lambda cell: cell.name)
def test_the_reference_without_torch_brings_the_same_evidence(cell, monkeypatch):
    with_torch = judge("scheduling", cell.name).bank.reference
    with monkeypatch.context() as browser:
        browser.setattr(importlib.util, "find_spec", lambda name: None)
        without = reference(cell.defines)
    assert without is not with_torch
    for name, probe in cell.probes.items():
        expected, got = (collect(probe, r, generator(3, name)) for r in (with_torch, without))
        assert expected.keys() == got.keys()
        for key, item in expected.items():
            assert item.difference(got[key]) is None
        assert len(json.dumps(to_json(expected))) < 20_000
