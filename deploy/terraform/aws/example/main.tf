# Three regions. Copy this folder's main.tf, correct what is yours, and keep the state where your other state is.
terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "ap_southeast_1"
  region = "ap-southeast-1"
}

variable "sites" {
  description = "By region of the policy: VPC, public subnets, AMI and the first thing a node does"
  type = map(object({
    vpc_id     = string
    subnet_ids = list(string)
    image_id   = string
    user_data  = string
  }))
}

module "eu_central_1" {
  source               = "../region"
  region               = "eu-central-1"
  vpc_id               = var.sites["eu-central-1"].vpc_id
  subnet_ids           = var.sites["eu-central-1"].subnet_ids
  image_id             = var.sites["eu-central-1"].image_id
  user_data            = file(var.sites["eu-central-1"].user_data)
  join_token_parameter = "/spillway/join-token"
  max_size             = 12
}

module "us_east_1" {
  source               = "../region"
  providers            = { aws = aws.us_east_1 }
  region               = "us-east-1"
  vpc_id               = var.sites["us-east-1"].vpc_id
  subnet_ids           = var.sites["us-east-1"].subnet_ids
  image_id             = var.sites["us-east-1"].image_id
  user_data            = file(var.sites["us-east-1"].user_data)
  join_token_parameter = "/spillway/join-token"
  max_size             = 12
}

module "ap_southeast_1" {
  source               = "../region"
  providers            = { aws = aws.ap_southeast_1 }
  region               = "ap-southeast-1"
  vpc_id               = var.sites["ap-southeast-1"].vpc_id
  subnet_ids           = var.sites["ap-southeast-1"].subnet_ids
  image_id             = var.sites["ap-southeast-1"].image_id
  user_data            = file(var.sites["ap-southeast-1"].user_data)
  join_token_parameter = "/spillway/join-token"
  max_size             = 12
}

module "autoscaler" {
  source     = "../autoscaler"
  group_arns = [module.eu_central_1.group_arn, module.us_east_1.group_arn, module.ap_southeast_1.group_arn]
}

output "providers" {
  description = "For the policy: regions.<region>.scaling.provider"
  value = {
    "eu-central-1"   = module.eu_central_1.provider
    "us-east-1"      = module.us_east_1.provider
    "ap-southeast-1" = module.ap_southeast_1.provider
  }
}

output "autoscaler_policy_arn" {
  value = module.autoscaler.policy_arn
}
