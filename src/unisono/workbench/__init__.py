"""The workbench: the web pages on which people see suggestions, act on them, and account for them.

    office      what pages read from: the project, its clock, the published run, the ledger
    settings    Django's settings, made from a project
    access      who may see which page, which side of the wall, which customer: the one place
    middleware  asks `access` of every request, writes the audit, sets languages and headers
    pages/      one module for each page

It imports the core; nothing of the core or the collector imports it.
"""
