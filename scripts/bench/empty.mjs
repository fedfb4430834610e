// What starting Node costs, with nothing in it.
