#!/bin/sh
# Makes a TURN node of this machine, from /opt/spillway and what is in /etc/spillway; docs/enrolment.md. Can be repeated.
set -eu

from=/opt/spillway/deploy/systemd
install -D -m 0644 "$from/spillway.sysusers.conf" /usr/lib/sysusers.d/spillway.conf
install -D -m 0644 "$from/spillway.tmpfiles.conf" /usr/lib/tmpfiles.d/spillway.conf
systemd-sysusers spillway.conf
systemd-tmpfiles --create spillway.conf
install -m 0644 "$from"/spillway-*.service "$from"/spillway-*.timer /etc/systemd/system/

# From where root alone can read it to where its one reader is.
if [ -e /etc/spillway/join-token ]; then
  install -o spillway -g spillway -m 0400 /etc/spillway/join-token /var/lib/spillway/join-token
  rm /etc/spillway/join-token
fi

systemctl daemon-reload
systemctl disable --now coturn.service 2>/dev/null || true
systemctl enable spillway-node.service spillway-coturn.service spillway-reporter.service spillway-renew.timer
# Not waited for: enrolment does, for as long as it takes.
systemctl start --no-block spillway-reporter.service spillway-renew.timer
