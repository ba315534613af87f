# The forms that several variables share, each once.
locals {
  patterns = {
    ecs_name = "^[A-Za-z0-9_-]{1,255}$"
    kms_key  = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
    # Secrets Manager adds a hyphen and six characters to a secret's name.
    secret          = "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"
    secret_value    = "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?$"
    parameter_value = "^arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
    parameter       = "^(arn:aws[a-z-]*:ssm:[a-z0-9-]+:([0-9]{12}:parameter/|:parameter/aws/service/)|/)?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
    bucket          = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
    variable_name   = "^[^=\\s]+$"
    tag_text        = "^[\\p{L}\\p{N} _.:/=+@-]{1,256}$"
    name_part       = "^[A-Za-z0-9_-]+$" # also in ecs-scheduler, which is given the same values
    # [registry[:port]/]repository[:tag][@digest]: no part is empty, and a tag comes last and once.
    image = "^([^/:@]+(:[0-9]+)?/)?[^/:@]+(/[^/:@]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[A-Fa-f0-9]{64})?$"
    # What IAM would read as more than the one thing it names.
    wildcard = "[*?]|\\$\\{"
  }
}
