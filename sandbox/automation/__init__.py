"""Systems Manager Automation: runbooks whose scripts run here as local processes.

`runbooks` reads a document, `variables` fills in its references, `starting` is StartAutomationExecution, `runner` takes
an execution through its steps, `script_host` is the process that a script runs in, and `hooks` puts all of it behind
Systems Manager's own API.
"""
