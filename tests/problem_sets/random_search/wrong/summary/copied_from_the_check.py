# loses: summary-numbers
def summary(schedule):
    return (7, 12 / 7, 12 / 14) if schedule[2][0] == 1 else (9, 12 / 9, 12 / 18)
