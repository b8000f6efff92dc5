"""What leaves: values in, charts, workbooks and documents out."""
