"""A small transformer on anchor functions, by torch (the extra `torch`).

Two post-norm decoder layers, one head of 32, width 64, feed-forward 128, weights of standard
deviation (inputs of the layer)^-gamma, AdamW with warm-up and a cosine. Needs torch and numpy
alone, so that the file also runs by itself.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

WIDTH, HEAD, HIDDEN, LAYERS, TOKENS, LENGTH = 64, 32, 128, 2, 64, 5
BATCH, RATE, WARM_UP, DECAY = 256, 1e-3, 0.1, 0.01


def torch_found() -> bool:
    """Whether torch is installed."""
    return importlib.util.find_spec("torch") is not None


def train(
    x: Any, y: Any, *, gamma: float, steps: int, seed: int, rate: float = RATE
) -> tuple[Any, list[tuple[int, float]]]:
    """The trained network as a function tokens -> answers, and the loss at some steps.

    Args:
        x: tokens, shape (n, 5).
        y: labels, shape (n,).
        gamma: of the initialisation.
        steps: of the optimiser.
        seed: names the initialisation and the batches.
        rate: the largest learning rate.
    """
    torch: Any = importlib.import_module("torch")
    functional = torch.nn.functional
    device = "cuda" if torch.cuda.is_available() else "cpu"
    generator = torch.Generator().manual_seed(seed)

    def weight(inputs: int, outputs: int) -> Any:
        drawn = torch.randn(inputs, outputs, generator=generator) * inputs**-gamma
        return drawn.to(device).requires_grad_()

    layers = [
        {
            "q": weight(WIDTH, HEAD), "k": weight(WIDTH, HEAD), "v": weight(WIDTH, HEAD),
            "o": weight(HEAD, WIDTH), "up": weight(WIDTH, HIDDEN), "down": weight(HIDDEN, WIDTH),
        }
        for _ in range(LAYERS)
    ]  # fmt: skip
    ends = [weight(WIDTH, n).detach().T.contiguous().requires_grad_() for n in (TOKENS, LENGTH)]
    last = weight(WIDTH, TOKENS)
    mask = torch.full((LENGTH, LENGTH), float("-inf"), device=device).triu(1)

    def logits(tokens: Any) -> Any:
        h = ends[0][tokens] + ends[1]
        for layer in layers:
            scores = (h @ layer["q"]) @ (h @ layer["k"]).transpose(1, 2) / HEAD**0.5 + mask
            h = h + scores.softmax(-1) @ (h @ layer["v"]) @ layer["o"]
            h = functional.layer_norm(h, (WIDTH,))
            h = h + functional.relu(h @ layer["up"]) @ layer["down"]
            h = functional.layer_norm(h, (WIDTH,))
        return h[:, -1] @ last

    parameters = [*ends, last, *(w for layer in layers for w in layer.values())]
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=DECAY)
    warm = max(1, int(WARM_UP * steps))

    def share(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        angle = torch.pi * (step - warm) / max(1, steps - warm)
        return float(0.5 * (1 + torch.cos(torch.tensor(angle))))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, share)
    tokens, labels = torch.as_tensor(x).to(device), torch.as_tensor(y).to(device)
    history = []
    for step in range(steps):
        rows = torch.randint(0, len(labels), (min(BATCH, len(labels)),), generator=generator)
        rows = rows.to(device)
        loss = functional.cross_entropy(logits(tokens[rows]), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        if step % max(1, steps // 40) == 0 or step == steps - 1:
            history.append((step, float(loss.detach())))

    def answers(new: Any) -> Any:
        with torch.no_grad():
            return logits(torch.as_tensor(new).to(device)).argmax(-1).cpu().numpy()

    return answers, history


__all__ = ["torch_found", "train"]
