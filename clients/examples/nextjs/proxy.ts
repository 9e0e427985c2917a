import { proxy } from "./auth";

export default proxy({ protect: ["/orders"] });
