# loses: dead-share
def dead_share(values):
    return 1 / 3
