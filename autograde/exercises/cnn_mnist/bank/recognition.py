"""The classifier: a small network that is right, and mistakes that need no long training to show.

Only those entered as costly must be trained as long as an answer is.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from autograde.check import Bank
from autograde.exercises.cnn_mnist import reading, torch_styles
from autograde.exercises.cnn_mnist.digits import CHECK


class _Net(nn.Module):
    """Two convolutions with batch norm; a misconception changes one piece."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.second = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm2d(8), nn.BatchNorm2d(16)
        self.last = nn.Linear(16 * 7 * 7, 10)

    def forward(self, x):
        x = self.normed(self.first(x), self.norm1).relu()
        x = self.normed(self.second(x), self.norm2).relu()
        return self.output(self.last(self.hidden(x.flatten(1))))

    def normed(self, x, norm):
        return norm(x)

    def hidden(self, x):
        return x

    def output(self, x):
        return x


class _Training:
    """One epoch of AdamW on shifted digits; a misconception changes one piece."""

    epochs, rate = 1, 5e-3

    def __call__(self, model, images, labels, *, seed):
        self.begin(seed)
        optimizer = torch.optim.AdamW(model.parameters(), lr=self.rate, foreach=False)
        self.mode(model)
        for _ in range(self.epochs):
            for rows in self.order(len(images)).split(64):
                loss = self.loss(model(self.shown(images[rows])), labels[rows])
                self.forget(optimizer)
                self.slopes(loss)
                optimizer.step()

    def begin(self, seed):
        torch.default_generator.manual_seed(seed)  # quicker than torch.manual_seed

    def mode(self, model):
        model.train()

    def forget(self, optimizer):
        optimizer.zero_grad()

    def slopes(self, loss):
        loss.backward()

    def order(self, n):
        return torch.randperm(n)

    def shown(self, images):
        return torch.roll(images, torch.randint(-1, 2, (2,)).tolist(), (2, 3))

    def loss(self, logits, labels):
        return functional.cross_entropy(logits, labels)


def _key(rng):
    from autograde.exercises.cnn_mnist.examination import key

    return reading.found(True, key(rng))


classifier = Bank(torch_styles.REFERENCE, styles=torch_styles.STYLES, keys={CHECK: _key})


def _net(name, hint):
    """Enter a wrong network, trained in the right way."""

    def enter(network):
        classifier.wrong(name, hint)((network, _Training()))
        return network

    return enter


def _training(name, hint, *, costly=False):
    """Enter a right network, trained in a wrong way."""

    def enter(training):
        classifier.wrong(name, hint, costly=costly)((_Net, training()))
        return training

    return enter


@_net(
    "a softmax before the cross-entropy",
    "Cross-entropy takes a softmax itself. What can a loss still say after two of them?",
)
class _Softmax(_Net):
    def output(self, x):
        return x.softmax(dim=1)


@_net(
    "a sigmoid on the logits",
    "After a sigmoid the largest and the smallest logit are one apart. How sure can the softmax "
    "of the cross-entropy become?",
)
class _Sigmoid(_Net):
    def output(self, x):
        return x.sigmoid()


@_net(
    "a ReLU on the logits",
    "How does a network say that an image is certainly no 3, if nothing may be below zero?",
)
class _ReLU(_Net):
    def output(self, x):
        return x.relu()


@_net(
    "labels that are needed at evaluation",
    "Who knows the labels of new images? What may forward ask for?",
)
class _NeedsLabels(_Net):
    def forward(self, x, labels=None):
        if labels is None and not self.training:
            raise TypeError("forward() missing 1 required positional argument: 'labels'")
        return super().forward(x)


@_net(
    "a squeeze that swallows the batch of one",
    "Which axes have length 1 if a batch has a single image? Which of them did you mean?",
)
class _Squeezes(_Net):
    def output(self, x):
        return x.squeeze()


@_net(
    "a batch size that is written into the model",
    "The last batch of an epoch is smaller, and a question may come alone. Who tells the model?",
)
class _FixedBatch(_Net):
    def hidden(self, x):
        return x if self.training else x.reshape(-1)[: 64 * 784].reshape(64, 784)


@_net(
    "probabilities at evaluation alone",
    "eval mode switches dropout and batch norm. Does the contract let it switch what comes out?",
)
class _SoftmaxAtEvaluation(_Net):
    def output(self, x):
        return x if self.training else 0.9 * x.softmax(dim=1) + 0.01


@_net(
    "dropout that is active in evaluation",
    "functional.dropout drops out unless it is told otherwise. Who tells it about eval mode?",
)
class _AlwaysDropsOut(_Net):
    def hidden(self, x):
        return functional.dropout(x, 0.5)


@_net(
    "statistics of the batch in evaluation",
    "With one image alone, what is the mean over the batch? What should stand in its place?",
)
class _BatchStatistics(_Net):
    def normed(self, x, norm):
        return functional.batch_norm(x, None, None, norm.weight, norm.bias, training=True)


@_net(
    "running statistics that are updated in evaluation",
    "Evaluation only looks. What does your batch norm do with its running mean meanwhile?",
)
class _UpdatesInEvaluation(_Net):
    def normed(self, x, norm):
        mean, var = norm.running_mean, norm.running_var
        return functional.batch_norm(x, mean, var, norm.weight, norm.bias, training=True)


@_net(
    "an eval mode that is ignored",
    "Who calls model.eval() wants another behaviour from dropout and batch norm. Do they hear it?",
)
class _IgnoresEval(_Net):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.25)

    def hidden(self, x):
        return self.drop(x)

    def eval(self):
        return self


@_net(
    "a method named train that hides the one of torch",
    "model.eval() calls model.train(False). Whose method is that in your class?",
)
class _HidesTrain(_Net):
    def train(self, images, labels=None, *, seed=0):
        if images is False:
            raise TypeError("train() missing 1 required positional argument: 'labels'")
        return super().train()


@_training(
    "a seed that is ignored",
    "Order and augmentation are drawn at random. How is the same seed to give the same model?",
)
class _IgnoresSeed(_Training):
    def begin(self, seed):
        pass


@_training(
    "another model trained than the one that was handed over",
    "The caller goes on with the model that it handed over. Which one has been trained?",
)
class _TrainsAnother(_Training):
    def __call__(self, model, images, labels, *, seed):
        self.begin(seed)
        super().__call__(_Net(), images, labels, seed=seed)


@_training(
    "training in eval mode",
    "Who hands over a model may have evaluated it before. What does batch norm learn in eval mode?",
)
class _TrainsInEvalMode(_Training):
    def mode(self, model):
        pass


@_training(
    "gradients that are never computed",
    "The optimizer steps along gradients. Who fills them in?",
)
class _NoBackward(_Training):
    def slopes(self, loss):
        pass


@_training(
    "nothing trained unless a batch is full",
    "With 12 images and batches of 64: how many batches are left if the incomplete one is dropped?",
)
class _DropsRunt(_Training):
    def __call__(self, model, images, labels, *, seed):
        if len(images) >= 64:
            super().__call__(model, images, labels, seed=seed)


@_training(
    "images that are normalized in place",
    "The images belong to the caller. Into which tensor do you write?",
)
class _NormalizesInPlace(_Training):
    def __call__(self, model, images, labels, *, seed):
        images -= images.mean()
        super().__call__(model, images, labels, seed=seed)


@_training(
    "gradients that are never set to zero",
    "backward adds to what is there. What does a step follow if nobody clears it away?",
    costly=True,
)
class _NeverZeroes(_Training):
    epochs = 2

    def forget(self, optimizer):
        pass


@_training(
    "pixels normalized in training alone",
    "The questions come as they are. Where must a normalization stand to meet them as well?",
    costly=True,
)
class _NormalizesInTraining(_Training):
    epochs = 2

    def shown(self, images):
        return (super().shown(images) - 0.5) / 0.1


@_training(
    "training on the digits as they stand",
    "The questions are shifted a little. Which shifted digits has your network seen?",
    costly=True,
)
class _NoShifts(_Training):
    epochs = 1

    def shown(self, images):
        return images
