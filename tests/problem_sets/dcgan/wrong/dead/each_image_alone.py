# loses: dead-share
def dead_share(values):
    off = (values <= 0).flatten(2).all(dim=2) if values.dim() > 2 else values <= 0
    return off.float().mean().item()
