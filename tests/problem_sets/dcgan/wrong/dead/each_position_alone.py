# loses: dead-share
def dead_share(values):
    return (values <= 0).all(dim=0).float().mean().item()
