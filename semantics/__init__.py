"""What AWS does with a pattern, a template, a policy: its rules as pure functions, each with its source.

No client, no files, no clock: whoever has the texts (a spec, a plan, the sandbox's state) can ask. Every room may
import this one, and it imports none.
"""
