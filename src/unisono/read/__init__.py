"""What people are shown of a run, read out of a snapshot; the command line and the workbench share it.

decision    decisions, and everything they were decided from
customer    everything known of one customer
"""
