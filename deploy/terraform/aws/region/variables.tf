variable "region" {
  description = "The region as the policy calls it; its nodes' REGION"
  type        = string
}

variable "vpc_id" {
  description = "Where the nodes are"
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, one for each zone the nodes are spread over"
  type        = list(string)
}

variable "image_id" {
  description = "AMI of Debian 12 or newer, or one of your own with everything installed, which boots faster"
  type        = string
}

variable "instance_type" {
  description = "Measure one with your calls: it decides CAPACITY_BANDWIDTH_BPS and CAPACITY_ALLOCATIONS"
  type        = string
  default     = "c6in.large"
}

variable "max_size" {
  description = "No less than `max` of the region in the policy, which decides"
  type        = number
}

variable "user_data" {
  description = "What a node does when it boots: install, enrol, start relay and reporter (deploy/cloud-init)"
  type        = string
  sensitive   = true
}

variable "join_token_parameter" {
  description = "Name of an SSM parameter (SecureString) with the join token, which nodes may read; none unless given"
  type        = string
  default     = null
}

variable "prometheus_cidrs" {
  description = "IPv4 ranges that may read the reporters' metrics; nobody unless given"
  type        = list(string)
  default     = []
}

variable "nats_port" {
  description = "Port of NATS, or of the region's leaf node, as nodes reach it"
  type        = number
  default     = 4222
}

variable "drain_seconds" {
  description = "How long AWS leaves an instance that it ends by itself its calls; 30 to 7200"
  type        = number
  default     = 3600
}
