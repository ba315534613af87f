"""What people do to an account: look at rules and targets, keep revisions right, send events, test the whole chain.

It asks the generator what an environment is, `harness` whether a command may act where it is about to, `semantics`
what AWS would make of a pattern or a policy, and calls the very code that `modules/batch-target-sync` deploys. Of the
sandbox it knows nothing but how it is started, and the environment variables that the AWS SDKs define.
"""
