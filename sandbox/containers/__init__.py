"""What ECS and Batch would run as containers, run here as local processes.

`plans` says what each container is to be, `images` which program stands for its image, `startup` what its roles must
be allowed, `supervisor` and `processes` run it within limits, `runner` takes a task through its life, and `hooks` puts
all of it behind ECS's own API.
"""
