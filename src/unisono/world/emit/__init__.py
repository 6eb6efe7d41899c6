"""What the simulated company's systems export: their files, their words and their dirt."""
