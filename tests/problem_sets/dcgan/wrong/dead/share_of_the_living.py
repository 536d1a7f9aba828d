# loses: dead-share
def dead_share(values):
    alive = (values > 0).transpose(0, 1).flatten(1).any(dim=1)
    return alive.float().mean().item()
