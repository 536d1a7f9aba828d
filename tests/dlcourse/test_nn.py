import pytest
import torch

from dlcourse import nn


def test_lenet_has_the_papers_layers():
    net = nn.LeNet()
    assert net(torch.zeros(3, 1, 28, 28)).shape == (3, 10)
    assert nn.LeNet(num_classes=4)(torch.zeros(1, 1, 28, 28)).shape == (1, 4)
    weights = [tuple(p.shape) for p in net.parameters() if p.dim() > 1]
    assert weights == [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
    # A layer's parameters: (25 + 1) 6, (150 + 1) 16, and the linear ones.
    assert sum(p.numel() for p in net.parameters()) == 156 + 2416 + 48120 + 10164 + 850


@pytest.mark.parametrize("activation", [torch.nn.ReLU, torch.nn.Sigmoid])
def test_lenets_activation_is_the_one_asked_for(activation):
    net = nn.LeNet(activation)
    assert [i for i, layer in enumerate(net) if isinstance(layer, activation)] == [1, 4, 8, 10]
    others = {torch.nn.ReLU, torch.nn.Sigmoid} - {activation}
    assert not any(type(layer) in others for layer in net)


def test_the_two_nets_of_the_plane_have_the_chapters_shapes():
    generator, discriminator = nn.linear_generator(), nn.tanh_discriminator()
    assert generator(torch.zeros(7, 2)).shape == (7, 2)
    assert discriminator(torch.zeros(7, 2)).shape == (7, 1)
    kinds = [type(layer).__name__ for layer in discriminator]
    assert kinds == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]
    assert [tuple(p.shape) for p in discriminator.parameters() if p.dim() == 2] == [
        (5, 2),
        (3, 5),
        (1, 3),
    ]
    with pytest.raises(ValueError, match="widths: expected at least two sizes"):
        nn.tanh_discriminator((2,))


@pytest.mark.parametrize("size", [1, 4, 7, 16])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(4, 2, 1), (4, 1, 0), (3, 2, 1)])
def test_the_size_formulas_are_what_the_layers_do(size, kernel, stride, padding):
    image = torch.zeros(1, 1, size, size)
    up = torch.nn.ConvTranspose2d(1, 1, kernel, stride, padding)(image).shape[-1]
    assert nn.transposed_convolution_size(size, kernel, stride, padding) == up
    if size + 2 * padding >= kernel:
        down = torch.nn.Conv2d(1, 1, kernel, stride, padding)(image).shape[-1]
        assert nn.convolution_size(size, kernel, stride, padding) == down


def test_a_block_doubles_and_its_mirror_halves():
    image = torch.randn(2, 3, 16, 16)
    assert nn.generator_block(3, 20)(image).shape == (2, 20, 32, 32)
    assert nn.discriminator_block(3, 20)(image).shape == (2, 20, 8, 8)
    seed = torch.randn(2, 3, 1, 1)
    assert nn.generator_block(3, 20, stride=1, padding=0)(seed).shape == (2, 20, 4, 4)


def test_the_slope_of_a_block_is_the_one_asked_for():
    block = nn.discriminator_block(1, 1, slope=0.4, normalize=False)
    with torch.no_grad():
        block[0].weight.fill_(0.0)
        block[0].bias.fill_(-1.0)
    torch.testing.assert_close(block(torch.zeros(1, 1, 2, 2)), torch.full((1, 1, 1, 1), -0.4))


@pytest.mark.parametrize("channels", [1, 3])
def test_dcgan_goes_from_noise_to_images_to_logits(channels):
    generator = nn.dcgan_generator(10, 4, channels=channels)
    images = generator(torch.randn(5, 10))
    assert images.shape == (5, channels, 64, 64)
    assert images.abs().max() < 1
    assert nn.dcgan_discriminator(4, channels=channels)(images).shape == (5, 1)
    with torch.no_grad():
        generator.eval()
        latent = torch.randn(5, 10)
        torch.testing.assert_close(generator(latent), generator(latent[:, :, None, None]))


def test_dcgans_widths_are_those_of_the_paper():
    weights = [p for p in nn.dcgan_generator(100, 64).parameters() if p.dim() == 4]
    assert [tuple(w.shape[:2]) for w in weights] == [
        (100, 512),
        (512, 256),
        (256, 128),
        (128, 64),
        (64, 3),
    ]
    weights = [p for p in nn.dcgan_discriminator(64).parameters() if p.dim() == 4]
    assert [w.shape[0] for w in weights] == [64, 128, 256, 512, 1]


def test_only_the_first_block_of_the_discriminator_is_not_normalized():
    blocks = list(nn.dcgan_discriminator(4))[:4]
    normalized = [any(isinstance(m, torch.nn.BatchNorm2d) for m in b) for b in blocks]
    assert normalized == [False, True, True, True]


def test_weights_are_drawn_by_the_kind_of_layer():
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 256, 4),
        torch.nn.ConvTranspose2d(256, 256, 4),
        torch.nn.BatchNorm2d(4096),
        torch.nn.BatchNorm2d(3, affine=False),
        torch.nn.Linear(200, 200),
    )
    assert nn.init_weights(net) is net
    for layer in (net[0], net[1], net[4]):
        assert abs(layer.weight.mean().item()) < 1e-3
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert layer.bias.abs().max() == 0
    assert net[2].weight.mean().item() == pytest.approx(1, abs=2e-3)
    assert net[2].weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert net[2].bias.abs().max() == 0
    assert nn.init_weights(net, std=0.5)[4].weight.std().item() == pytest.approx(0.5, rel=0.05)


def test_the_quadratic_discriminator_can_be_the_best_one_between_two_gaussians():
    """Its logit is log p(x) - log q(x) for the weights worked out by hand."""
    net = nn.quadratic_discriminator()
    mean = torch.tensor([1.0, 2.0])
    covariance = torch.tensor([[1.01, 1.95], [1.95, 4.25]])
    p = torch.distributions.MultivariateNormal(mean, covariance)
    q = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
    precision = torch.linalg.inv(covariance)
    quadratic = torch.eye(2) - precision
    with torch.no_grad():
        net[1].weight[0, :2] = precision @ mean
        # The features are halves of products, each mixed product once.
        net[1].weight[0, 2:] = torch.stack(
            (quadratic[0, 0], 2 * quadratic[0, 1], quadratic[1, 1])
        )
        net[1].bias.fill_(p.log_prob(torch.zeros(2)) - q.log_prob(torch.zeros(2)))
        x = torch.randn(20, 2)
        torch.testing.assert_close(
            net(x)[:, 0], p.log_prob(x) - q.log_prob(x), rtol=1e-3, atol=1e-3
        )
    with pytest.raises(ValueError, match=r"points: expected shape \(n, 2\), got \(5, 3\)"):
        net(torch.zeros(5, 3))


@pytest.mark.parametrize("net", [nn.dcgan_generator(10, 4), nn.dcgan_discriminator(4)])
def test_the_memory_format_is_the_fast_one_and_changes_no_number(net):
    weight = max((p for p in net.parameters() if p.dim() == 4), key=torch.numel)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    shape = (2, 10) if isinstance(net[0], torch.nn.Flatten) else (2, 3, 64, 64)
    inputs = torch.randn(shape)
    expected = net.eval()(inputs)
    found = net.to(memory_format=torch.contiguous_format)(inputs)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
