# A machine that was just made, as a cloud has it: systemd, cloud-init and no Spillway. For machine.harness.ts.
FROM spillway-base/node:20
RUN apt-get update --quiet \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
    cloud-init coturn curl dbus iproute2 systemd systemd-sysv \
  && ln -s /usr/local/bin/node /usr/bin/node
# No network to configure, and the data of the cloud in a folder.
RUN printf 'network: {config: disabled}\ndatasource_list: [NoCloud]\nlocale: false\n' > /etc/cloud/cloud.cfg.d/99-machine.cfg
ENTRYPOINT ["sh", "-c", "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec /sbin/init"]
