def dead_share(values):
    num_channels = values.shape[1]
    count = 0
    for channel in range(num_channels):
        if not bool((values[:, channel] > 0).any()):
            count += 1
    return count / num_channels
