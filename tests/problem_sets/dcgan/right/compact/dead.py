def dead_share(values):
    return 1 - values.movedim(1, 0).flatten(1).amax(1).gt(0).double().mean()
