# loses: dead-share
def dead_share(values):
    off = (values == 0).transpose(0, 1).flatten(1).all(dim=1)
    return off.float().mean().item()
