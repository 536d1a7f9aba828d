# loses: swap_rows-rows
def swap_rows(table, i, j):
    table = table.clone()
    table[[i, j]] = table[[j, i]]
    return table
