# The forms that several variables share, each once.
locals {
  patterns = {
    job_name = "^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
    role     = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
    # Secrets Manager adds a hyphen and six characters to a secret's name.
    secret          = "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"
    secret_value    = "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?$"
    parameter_value = "^arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
    variable_name   = "^[^=\\s]+$"
    tag_text        = "^[\\p{L}\\p{N} _.:/=+@-]{1,256}$"
    name_part       = "^[A-Za-z0-9_-]+$" # also in ecs-task, which is given the same values
    # [registry[:port]/]repository[:tag][@digest]: no part is empty, and a tag comes last and once.
    image = "^([^/:@]+(:[0-9]+)?/)?[^/:@]+(/[^/:@]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[A-Fa-f0-9]{64})?$"
  }
}
