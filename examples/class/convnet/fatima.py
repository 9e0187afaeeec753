# Fatima. conv2d through the Fourier transform, fit with its own loop.
import numpy
import torch


def output_size(size, kernel, stride=1, padding=0):
    if not (size >= 1 and kernel >= 1 and stride >= 1 and padding >= 0):
        raise ValueError("size, kernel, stride >= 1; padding >= 0")
    if kernel > size + 2 * padding:
        raise ValueError("kernel > size + 2 padding")
    return int(numpy.floor((size + 2 * padding - kernel) / stride)) + 1


def conv2d(x, w, b, stride=1, padding=0):
    x = numpy.asarray(x, dtype=numpy.float64)
    w = numpy.asarray(w, dtype=numpy.float64)
    b = numpy.asarray(b, dtype=numpy.float64)
    if len(x.shape) != 4 or len(w.shape) != 4 or len(b.shape) != 1:
        raise ValueError("x, w, b must have 4, 4 and 1 axes")
    if x.shape[1] != w.shape[1] or w.shape[2] != w.shape[3] or w.shape[0] != b.shape[0]:
        raise ValueError("x, w and b do not fit together")
    k = w.shape[2]
    H = output_size(x.shape[2], k, stride, padding)
    W = output_size(x.shape[3], k, stride, padding)
    x = numpy.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    # correlation = product with the conjugate; the places without wrap-around are the first ones
    sides = x.shape[2:]
    X = numpy.fft.rfft2(x, s=sides, axes=(2, 3))
    K = numpy.conj(numpy.fft.rfft2(w, s=sides, axes=(2, 3)))
    full = numpy.fft.irfft2(numpy.einsum("nchw,ochw->nohw", X, K), s=sides, axes=(2, 3))
    full = full[:, :, :sides[0] - k + 1:stride, :sides[1] - k + 1:stride]
    assert full.shape[2:] == (H, W)
    return full + b[:, None, None]


def max_pool(x, size=2):
    x = numpy.asarray(x)
    rows = x.shape[2] - x.shape[2] % size
    columns = x.shape[3] - x.shape[3] % size
    x = x[:, :, :rows, :columns]
    if rows == 0 or columns == 0:
        return numpy.zeros(x.shape[:2] + (rows // size, columns // size))
    x = numpy.maximum.reduceat(x, numpy.arange(0, rows, size), axis=2)
    return numpy.maximum.reduceat(x, numpy.arange(0, columns, size), axis=3)


class ConvNet(torch.nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        if size <= 0 or size % 4 != 0:
            raise ValueError("size has to be a multiple of 4")
        layers = []
        last = channels
        for maps in [width, 2 * width]:
            layers.append(torch.nn.Conv2d(last, maps, 5, padding=2))
            layers.append(torch.nn.BatchNorm2d(maps))
            last = maps
        self.layers = torch.nn.ModuleList(layers)
        self.linear = torch.nn.Linear(last * size * size // 16, classes)

    def forward(self, x):
        for conv, norm in zip(self.layers[::2], self.layers[1::2]):
            x = torch.clamp(norm(conv(x)), min=0)
            n, c, h, w = x.shape
            x = x.reshape(n, c, h // 2, 2, w // 2, 2).amax(dim=(3, 5))
        return self.linear(x.reshape(len(x), -1))


def count_parameters(net):
    return len(torch.cat([p.detach().flatten() for p in net.parameters() if p.requires_grad] or [torch.empty(0)]))


def cross_entropy(logits, y):
    # by hand: log sum exp minus the logit of the label
    return (torch.logsumexp(logits, dim=1) - logits.gather(1, y[:, None])[:, 0])


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    seen, total = 0, 0.0
    for batch in batches:
        x, y = batch[0].to(device), batch[1].to(device)
        optimizer.zero_grad()
        losses = cross_entropy(net(x), y)
        losses.mean().backward()
        optimizer.step()
        total += losses.detach().double().sum().item()
        seen += len(losses)
    if seen == 0:
        raise ValueError("batches must not be empty")
    return total / seen


def evaluate(net, batches, device="cpu"):
    training = net.training
    net.eval()
    seen, total, hits = 0, 0.0, 0
    try:
        for batch in batches:
            with torch.no_grad():
                x, y = batch[0].to(device), batch[1].to(device)
                logits = net(x)
                total += cross_entropy(logits, y).double().sum().item()
                hits += torch.count_nonzero(logits.argmax(dim=1) == y).item()
                seen += len(y)
    finally:
        if training:
            net.train()
        else:
            net.eval()
    if seen == 0:
        raise ValueError("batches must not be empty")
    return total / seen, hits / seen


def best_epoch(valid_loss):
    numbers = {i: v for i, v in enumerate(valid_loss) if not numpy.isnan(v)}
    if not numbers:
        raise ValueError("valid_loss must have a number")
    return sorted(numbers, key=numbers.get)[0]  # sorted is stable: the earliest of equals stays first


def diagnose(train_loss, valid_loss, target):
    if len(train_loss) != len(valid_loss):
        raise ValueError("train_loss and valid_loss must be equally long")
    if len(valid_loss) < 1:
        raise ValueError("train_loss and valid_loss must not be empty")
    for curve in (train_loss, valid_loss):
        for value in curve:
            if numpy.isnan(value) or numpy.isinf(value):
                raise ValueError("losses must be finite")
    last_train, last_valid = train_loss[-1], valid_loss[-1]
    lowest = valid_loss[0]
    for value in valid_loss:
        lowest = value if value < lowest else lowest
    if last_train > target:
        return "underfitting"
    if last_valid > 1.1 * lowest:
        return "overfitting"
    return "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1:
        raise ValueError("epochs < 1")
    if step_size <= 0:
        raise ValueError("step_size <= 0")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    history = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best = None
    for epoch in range(epochs):
        # own loop, so that everything is in one place
        net.train()
        total, seen = 0.0, 0
        for x, y in train_batches:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            losses = cross_entropy(net(x), y)
            losses.mean().backward()
            optimizer.step()
            total += losses.detach().double().sum().item()
            seen += len(y)
        if not seen:
            raise ValueError("train_batches must not be empty")
        history["train_loss"].append(total / seen)
        loss, accuracy = evaluate(net, valid_batches, device)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
        if loss == loss and (best is None or loss < best[0]):
            best = (loss, [t.clone() for t in net.state_dict().values()])
    if best is not None:
        net.load_state_dict(dict(zip(net.state_dict(), best[1])))
    return history
