def swap_rows(table, i, j):
    table[[i, j]] = table[[j, i]]
