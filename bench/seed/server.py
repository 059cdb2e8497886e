"""The design to hold Spillway against: a stateless API that reads the whole fleet from Redis for every request.

`KEYS node:*` and one `GET` for each node, the least loaded one in the client's region by GeoIP, an HMAC credential.
FastAPI, uvicorn, redis-py and maxminddb as Debian 12 packages them.

    server.py <HTTP port> <Redis port> <city.mmdb>
"""

import base64
import hashlib
import hmac
import json
import sys
import time

import maxminddb
import redis.asyncio as redis
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

HTTP_PORT, REDIS_PORT, CITIES = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
SECRET = b"a secret for benchmarks"
TTL_SECONDS = 600
# Which region serves a client: what such a design has for a map.
AMERICA, EUROPE, ASIA = "us-east-1", "eu-central-1", "ap-southeast-1"

app = FastAPI()
nodes_db = redis.Redis(port=REDIS_PORT, decode_responses=True)
cities = maxminddb.open_database(CITIES)


class IceRequest(BaseModel):
    clientIp: str
    userId: str


def region_of(address: str) -> str:
    place = cities.get(address) or {}
    longitude = place.get("longitude", 0)
    if longitude < -30:
        return AMERICA
    return EUROPE if longitude < 60 else ASIA


def credential(user: str):
    username = f"{int(time.time()) + TTL_SECONDS}:{user}"
    digest = hmac.new(SECRET, username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


@app.post("/v1/ice-servers")
async def ice_servers(request: IceRequest):
    nodes = []
    for key in await nodes_db.keys("node:*"):
        value = await nodes_db.get(key)
        if value is not None:
            nodes.append(json.loads(value))
    region = region_of(request.clientIp)
    near = [node for node in nodes if node["region"] == region] or nodes
    if not near:
        raise HTTPException(503, "no node")
    node = min(near, key=lambda each: each["load"])
    username, password = credential(request.userId)
    return {
        "iceServers": [
            {"urls": node["urls"], "username": username, "credential": password},
            {"urls": [f"stun:{node['host']}:3478"]},
        ],
        "ttlSeconds": TTL_SECONDS,
        "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + TTL_SECONDS)),
        "placement": {
            "decisionId": f"seed-{request.userId}",
            "region": node["region"],
            "nodes": [node["id"]],
            "nearestRegion": region,
            "reason": "nearest",
        },
    }


uvicorn.run(app, host="127.0.0.1", port=HTTP_PORT, access_log=False, log_level="warning", timeout_keep_alive=72)
