# loses: swap_rows-rows
def swap_rows(table, i, j):
    table.copy_(table.flip(0).clone())
