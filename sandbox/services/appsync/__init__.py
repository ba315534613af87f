"""The stand-in of AWS AppSync: the API that Amplify makes of a model `Channel`, run by a real GraphQL engine.

`service.py` is what the process serves. Where a module says [U], nothing public says what AppSync does.
"""
