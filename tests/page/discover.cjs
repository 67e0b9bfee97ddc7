// Prints every method that the library `oscquery` finds at a port, with what it knows of the host.
const { DiscoveredService } = require(process.argv[2]);

const service = new DiscoveredService("127.0.0.1", Number(process.argv[3]));
service.update().then(() => {
  console.log(JSON.stringify({ host: service.hostInfo, methods: service.flat() }));
});
