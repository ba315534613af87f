"""What runs in the containers: one image, one command a worker.

`frame` is what every worker has; `channels` and `content_id` are clients of the two APIs; each other folder is a
worker. Nothing here knows of the other rooms: this folder and its requirements are the image.
"""
