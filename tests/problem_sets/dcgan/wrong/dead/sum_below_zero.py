# loses: dead-share
def dead_share(values):
    return (values.transpose(0, 1).flatten(1).sum(dim=1) <= 0).float().mean().item()
