import { AuthProvider } from "@ntt-auth/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";

const { VITE_ISSUER, VITE_CLIENT_ID, VITE_AUDIENCE } = import.meta.env;

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <AuthProvider
      issuer={VITE_ISSUER}
      clientId={VITE_CLIENT_ID}
      audience={VITE_AUDIENCE}
      apis={[location.origin]}
      postLogoutRedirectUri={`${location.origin}/`}
    >
      <App />
    </AuthProvider>
  </StrictMode>,
);
