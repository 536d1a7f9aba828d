# loses: swap_rows-rows
def swap_rows(table, i, j):
    table[[0, -1]] = table[[-1, 0]]
