"""A neutral document and its writers (PDF, DOCX, XLSX), and the documents of subjects, keys and grids."""
