"""What the jury decides: kept by reference, author and date, and carried out by the other rooms."""
